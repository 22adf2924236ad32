/**
 * What pg needs for passwords, by Node's own crypto. The package asks WebCrypto, so that it runs outside of Node too: half a hundred internal modules and
 * a handful of jobs in other threads at every connection. Same names and results as `pg/lib/crypto/utils.js`, in whose place the build puts it.
 */
const crypto = require('node:crypto');
const { promisify } = require('node:util');

const md5 = async (text) => crypto.createHash('md5').update(text).digest('hex');
const sha256 = async (bytes) => crypto.createHash('sha256').update(bytes).digest();
const pbkdf2 = promisify(crypto.pbkdf2);

module.exports = {
  randomBytes: (length) => crypto.randomBytes(length),
  md5,
  async postgresMd5PasswordHash(user, password, salt) {
    const inner = await md5(password + user);
    return `md5${await md5(Buffer.concat([Buffer.from(inner), salt]))}`;
  },
  sha256,
  hashByName: async (name, bytes) => crypto.createHash(name.replace('-', '')).update(bytes).digest(),
  hmacSha256: async (key, text) => crypto.createHmac('sha256', key).update(text).digest(),
  deriveKey: (password, salt, iterations) => pbkdf2(password, salt, iterations, 32, 'sha256'),
};

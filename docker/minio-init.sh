#!/bin/sh
# Makes the bucket, and a user with its own rights for each program that uses it. Runs at every `up` and changes nothing the second time.
#   MINIO_ENDPOINT  MINIO_ROOT_USER  MINIO_ROOT_PASSWORD  BUCKET
#   SLUICE_ACCESS_KEY  SLUICE_SECRET_KEY  SLUICE_PREFIX       artifacts of runs
#   MLFLOW_ACCESS_KEY  MLFLOW_SECRET_KEY  MLFLOW_PREFIX       files that MLflow shows
set -eu

MC_CONFIG_DIR=$(mktemp -d)
export MC_CONFIG_DIR
trap 'rm -rf "$MC_CONFIG_DIR"' EXIT

# Keys go through standard input: a command line is read by everyone on the machine.
printf '%s\n%s\n' "$MINIO_ROOT_USER" "$MINIO_ROOT_PASSWORD" | mc --quiet alias set server "$MINIO_ENDPOINT" >/dev/null
mc --quiet mb --ignore-existing "server/$BUCKET"

# user KEY SECRET PREFIX: may list, read, write and delete below the prefix, and nothing else.
user() {
  policy="$MC_CONFIG_DIR/$1.json"
  cat >"$policy" <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      "Resource": ["arn:aws:s3:::$BUCKET/$3/*"]
    },
    {
      "Effect": "Allow",
      "Action": ["s3:ListBucket"],
      "Resource": ["arn:aws:s3:::$BUCKET"],
      "Condition": { "StringLike": { "s3:prefix": ["$3", "$3/*"] } }
    },
    { "Effect": "Allow", "Action": ["s3:GetBucketLocation"], "Resource": ["arn:aws:s3:::$BUCKET"] }
  ]
}
JSON
  mc --quiet admin policy create server "$BUCKET-$3" "$policy"
  printf '%s\n%s\n' "$1" "$2" | mc --quiet admin user add server >/dev/null
  case $(mc --quiet --json admin user info server "$1") in
    *"\"$BUCKET-$3\""*) ;; # To attach it twice is an error.
    *) mc --quiet admin policy attach server "$BUCKET-$3" --user "$1" >/dev/null ;;
  esac
}

user "$SLUICE_ACCESS_KEY" "$SLUICE_SECRET_KEY" "$SLUICE_PREFIX"
user "$MLFLOW_ACCESS_KEY" "$MLFLOW_SECRET_KEY" "$MLFLOW_PREFIX"
echo "Bucket $BUCKET is ready: $SLUICE_PREFIX/ for $SLUICE_ACCESS_KEY, $MLFLOW_PREFIX/ for $MLFLOW_ACCESS_KEY."

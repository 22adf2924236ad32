import { useId } from 'react';
import type { SchemaField } from './schema-fields.ts';

export interface ParamFieldProps {
  readonly field: SchemaField;
  readonly initial: string;
  readonly value: string;
  readonly fault: string | null;
  readonly onChange: (value: string) => void;
}

/** One parameter: its name, what it is, a field of its kind, and a way back when it was changed. */
export function ParamField(props: ParamFieldProps) {
  const { field, initial, value, fault, onChange } = props;
  const id = useId();
  const isChanged = value !== initial;
  return (
    <div className="param-field" data-changed={isChanged}>
      <label htmlFor={id}>{field.path}</label>
      <div className="param-control">
        <Control {...props} id={id} />
        {isChanged && (
          <button type="button" className="button quiet small" onClick={() => onChange(initial)}>
            Back to {initial === '' ? 'empty' : <code className="cut">{initial}</code>}
          </button>
        )}
      </div>
      {field.description && (
        <p id={`${id}-about`} className="muted">
          {field.description}
        </p>
      )}
      {fault && (
        <p id={`${id}-fault`} className="param-fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}

function Control({ field, value, fault, onChange, id }: ParamFieldProps & { readonly id: string }) {
  const { kind, choices, isNullable, path } = field;
  const about = [field.description && `${id}-about`, fault && `${id}-fault`].filter(Boolean).join(' ') || undefined;
  const common = { id, name: path, 'aria-describedby': about, 'aria-invalid': fault !== null };
  if (kind === 'boolean') {
    return (
      <input
        {...common}
        type="checkbox"
        checked={value === 'true'}
        onChange={(event) => onChange(String(event.target.checked))}
      />
    );
  }
  if (kind === 'choice') {
    return (
      <select {...common} className="field" value={value} onChange={(event) => onChange(event.target.value)}>
        {(isNullable || value === '') && <option value="">none</option>}
        {choices.map((choice) => (
          <option key={String(choice)}>{String(choice)}</option>
        ))}
      </select>
    );
  }
  return (
    <input
      {...common}
      className={kind === 'text' ? 'field' : 'field mono'}
      inputMode={kind === 'number' ? 'decimal' : 'text'}
      spellCheck={false}
      autoComplete="off"
      placeholder={isNullable ? 'none' : kind === 'json' ? 'JSON' : ''}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

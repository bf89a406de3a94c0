import { namesSecretVariable } from '../../repository/secret-variables.ts';

/** Words by which a setting says where a secret is kept or comes from, and those that stand beside them. */
const KEPT_ELSEWHERE =
  /^(?:keyring|keychain|vault|kms|env|environ|environment|dotenv|configured|stored|saved|managed|provided|supplied|loaded|injected|resolved|inherited|external|unset|set)$/i;
const BESIDE_THAT =
  /^(?:in|on|at|by|from|via|with|through|the|is|are|be|not|already|has|been|to|of|and|or|os|system|user|server|client|file|store|storage|manager|secrets?|credentials?|variable|variables|config|configuration|settings?|runtime|default)$/i;

/** `keyring-configured`, `from_environment`: says of a secret where it is. */
const tellsWhere = (value: string): boolean => {
  const words = value.split(/[-_.:/]+/).filter((w) => w !== '');
  return (
    words.some((w) => KEPT_ELSEWHERE.test(w)) &&
    words.every((w) => KEPT_ELSEWHERE.test(w) || BESIDE_THAT.test(w))
  );
};

/**
 * Whether a literal could be used as the secret it is given to, as against a placeholder, a label, a key to look it up by or
 * words that say it is missing.
 */
export const usable = (value: string): boolean => {
  if (value.length < 2 || value.length > 200 || /[\s{}<>$%/]/.test(value)) return false;
  if (/^(?:secret|password|token|changeme|admin|root|test|dev)$/i.test(value)) return true;
  if (tellsWhere(value)) return false;
  // What a browser is told of its own cookies: `fetch(url, { credentials: "include" })`.
  if (/^(?:include|omit|same-origin)$/.test(value)) return false;
  if (/^(?:test|testing|mock)[-_]/i.test(value)) return false;
  // Where a setting came from, and what programs of one's own machine are given because they ask for something.
  if (
    /^(?:cli|env|file|flag|args?|argv|config|keychain|keyring|dotenv|header|query|stdin|prompt|default|unknown|anonymous|ollama|vllm|lm-?studio|llama\w*|local|local-\w+|\w+-local|not-?needed|unused|empty|dummy|fake|placeholder|sk-(?:no-key|xxx|dummy|local)\w*(?:-\w+)*)$/i.test(
      value,
    )
  )
    return false;
  if (
    /^(?:phc_|present|skip|auto|always|never|first|last|no-|your|env|not|none|null|missing|undefined|unset|n\/a|example|\*|xxx|x-|--?\w)/i.test(
      value,
    )
  )
    return false;
  if (
    /authorization|^(?:string|text|bearer|basic|api_?key|default|optional|required)s?$|_path$|_id$/i.test(
      value,
    )
  )
    return false;
  if (/^[A-Z][A-Z0-9_]+$/.test(value)) return false;
  // `tls_client_key`, `apiToken`: the name of a secret. `default-dev-secret-change-me` is none.
  return !(
    namesSecretVariable(value) &&
    !/change|default|dev|insecure|super|demo|admin|local|my|test|123/i.test(value)
  );
};

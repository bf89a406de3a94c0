/** A systemd service: what it runs as, and which of the unit's restrictions it sets. Lines are 1-based. */
export type Unit = {
  user: { value: string; line: number } | null;
  exec: { value: string; line: number } | null;
  good: string[];
  missing: string[];
  secrets: { name: string; line: number }[];
  serviceLine: number;
};

const WANTED: readonly { say: string; key: RegExp; value: RegExp }[] = [
  { say: 'NoNewPrivileges', key: /^NoNewPrivileges$/, value: /^(?:yes|true|1|on)$/i },
  { say: 'ProtectSystem', key: /^ProtectSystem$/, value: /^(?:yes|true|full|strict)$/i },
  { say: 'ProtectHome', key: /^ProtectHome$/, value: /^(?:yes|true|read-only|tmpfs)$/i },
  { say: 'PrivateTmp', key: /^PrivateTmp$/, value: /^(?:yes|true)$/i },
  { say: 'CapabilityBoundingSet', key: /^CapabilityBoundingSet$/, value: /^/ },
  { say: 'RestrictAddressFamilies', key: /^RestrictAddressFamilies$/, value: /\S/ },
  { say: 'SystemCallFilter', key: /^SystemCallFilter$/, value: /\S/ },
  { say: 'memory limit', key: /^Memory(?:Max|High|Limit)$/, value: /\S/ },
  { say: 'cpu limit', key: /^CPUQuota$/, value: /\S/ },
  { say: 'TasksMax', key: /^TasksMax$/, value: /\S/ },
  { say: 'IP address filter', key: /^IPAddress(?:Allow|Deny)$/, value: /\S/ },
];
const SECRET = /\b(\w*(?:KEY|TOKEN|SECRET|PASSWORD)\w*)=(?!\s|"?\$|"?%)\S/i;

/** null for a file that is no service unit. */
export const readUnit = (text: string): Unit | null => {
  const lines = text.slice(0, 200_000).split('\n').slice(0, 5000);
  const serviceLine = lines.findIndex((l) => /^\[Service\]\s*$/.test(l)) + 1;
  if (serviceLine === 0) return null;
  const settings = lines.flatMap((l, i) => {
    const match = /^([A-Za-z]\w{1,60})\s*=\s*(.{0,2000})$/.exec(l);
    return match ? [{ key: match[1]!, value: match[2]!.trim(), line: i + 1 }] : [];
  });
  const one = (key: string) => settings.filter((s) => s.key === key).at(-1) ?? null;
  const set = (w: (typeof WANTED)[number]): boolean =>
    settings.some((s) => w.key.test(s.key) && w.value.test(s.value));
  const dynamic = settings.some((s) => s.key === 'DynamicUser' && /^(?:yes|true|1)$/i.test(s.value));
  return {
    user: one('User') ?? (dynamic ? { value: '(dynamic)', line: serviceLine } : null),
    exec: one('ExecStart'),
    good: WANTED.filter(set).map((w) => w.say),
    missing: WANTED.filter((w) => !set(w)).map((w) => w.say),
    secrets: settings.flatMap((s) => {
      const name = s.key === 'Environment' ? SECRET.exec(s.value)?.[1] : undefined;
      return name ? [{ name, line: s.line }] : [];
    }),
    serviceLine,
  };
};

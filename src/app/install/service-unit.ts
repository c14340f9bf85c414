import { join } from 'node:path';
import type { Env } from '../../platform/env.ts';

/** The service's name for systemd, and for launchd. */
export const UNIT = 'tidemark.service';
export const LABEL = 'io.tidemark.monitor';

/** What the service runs: the monitor, without a screen; the stream of snapshots is thrown away. */
export const SERVICE_ARGS: readonly string[] = ['live', '--json'];

/** Variables that move our files or Claude Code's: a service starts without the shell's environment. */
const CARRIED = [
  'CLAUDE_CONFIG_DIR',
  'TIDEMARK_CONFIG',
  'TIDEMARK_DB',
  'TIDEMARK_PATHS_STATE',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_STATE_HOME',
  'TZ',
];

export const carriedEnv = (env: Env): readonly (readonly [string, string])[] =>
  CARRIED.flatMap((name) => {
    const value = env[name];
    return value === undefined || value.trim() === '' || /[\n\0]/.test(value) ? [] : [[name, value] as const];
  });

export function unitPath(env: Env, home: string, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return join(home, 'Library', 'LaunchAgents', `${LABEL}.plist`);
  const config = env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(home, '.config');
  return join(config, 'systemd', 'user', UNIT);
}

/** Quoted for a systemd unit: `%` starts a specifier, and `$` a variable in commands only (TS-21). */
const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
const quotedArgument = (text: string): string => quoted(text).replaceAll('$', '$$$$');

/** A unit for `systemd --user`. `/bin/sh` runs the launcher, for `$` in the path of the program itself could not be escaped. */
export function systemdUnit(launcher: string, env: Env): string {
  const environment = carriedEnv(env).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}\n`);
  return `# Written by "tidemark install service".
[Unit]
Description=Tidemark: watches Claude Code sessions

[Service]
ExecStart=/bin/sh ${quotedArgument(launcher)} ${SERVICE_ARGS.join(' ')}
${environment.join('')}StandardOutput=null
Restart=on-failure
RestartSec=30
Nice=10
UMask=0077
NoNewPrivileges=yes

[Install]
WantedBy=default.target
`;
}

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A property list for launchd, per user (TS-21). */
export function launchdPlist(launcher: string, env: Env): string {
  const strings = ['/bin/sh', launcher, ...SERVICE_ARGS].map((arg) => `    <string>${xml(arg)}</string>\n`).join('');
  const variables = carriedEnv(env).map(([name, value]) => `    <key>${name}</key>\n    <string>${xml(value)}</string>\n`);
  const environment = variables.length === 0 ? '' : `  <key>EnvironmentVariables</key>\n  <dict>\n${variables.join('')}  </dict>\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${strings}  </array>
${environment}  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <key>ThrottleInterval</key>
  <integer>30</integer>
  <key>StandardOutPath</key>
  <string>/dev/null</string>
  <key>StandardErrorPath</key>
  <string>/dev/null</string>
  <key>ProcessType</key>
  <string>Background</string>
</dict>
</plist>
`;
}

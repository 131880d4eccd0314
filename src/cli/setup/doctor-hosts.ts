import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { fileExists, readTextFile } from '../../adapters/system/files.ts';
import { homeOfUser } from '../../adapters/system/host-files.ts';
import { loadSurroundings } from '../../config.ts';
import { reasonOf } from '../../ports/deadline.ts';
import { type HostName, hostNames, hosts } from '../../setup/hosts.ts';
import { entryIn } from '../../setup/json-edit.ts';
import { type Finding, ok, problem } from './doctor-checks.ts';

const startable = z.object({ command: z.string(), args: z.array(z.string()).default([]) });

/** The MCP hosts of this user that know BigBrother, and whether they can still start it. */
export function hostFindings(): readonly Finding[] {
  const places = { ...homeOfUser(), ...loadSurroundings() };
  const findings = hostNames.flatMap((name) => hostFinding(name, hosts[name].configFile(places)));
  if (findings.length > 0) return findings;
  return [ok('hosts', 'none was told of BigBrother; "bigbrother setup --client ..." tells one')];
}

function hostFinding(name: HostName, file: string): readonly Finding[] {
  if (!fileExists(file)) return [];
  const { title, place } = hosts[name];
  const check = `host ${title}`;
  const again = `run "bigbrother setup --client ${name}"`;
  try {
    const entry = entryIn(readTextFile(file), place);
    if (entry === null) return [];
    const { command, args } = startable.parse(entry);
    const gone = [command, ...args].find((part) => isAbsolute(part) && !fileExists(part));
    return [
      gone === undefined
        ? ok(check, `starts it as ${file} says`)
        : problem(check, `starts ${gone}, which is not there any more`, again),
    ];
  } catch (error) {
    const because = error instanceof z.ZodError ? 'its entry names no command' : reasonOf(error);
    return [problem(check, `${file} cannot be used: ${because}`, `mend that file, then ${again}`)];
  }
}

import { type Loose, looseNumber, looseObject, looseText } from '../../platform/loose.ts';
import { percentColumn, tokensShort } from '../../text/format.ts';
import { fitEnd } from '../../text/width.ts';
import { safe } from './segment.ts';
import { stretch } from './time.ts';

/** A row without a width told. */
const DEFAULT_COLUMNS = 80;
const MAX_TASKS = 200;

/**
 * The rows of running subagents (SL-42): one JSON line `{"id","content"}` per task of the client's `subagentStatusLine` input, cut to its columns. A task
 * that cannot be read is left out, so that the client keeps its own row. Descriptions are private and not looked at. `now` epoch ms.
 */
export function subagentRows(text: string, now: number): string {
  let payload: Loose;
  try {
    payload = looseObject(JSON.parse(text));
  } catch {
    return '';
  }
  const columns = looseNumber(payload.columns, 1, 10_000) ?? DEFAULT_COLUMNS;
  const tasks = Array.isArray(payload.tasks) ? payload.tasks.slice(0, MAX_TASKS) : [];
  return tasks
    .map(looseObject)
    .flatMap((task) => {
      const id = looseText(task.id, 500);
      const content = id === null ? null : rowOf(task, columns, now);
      return content === null ? [] : [JSON.stringify({ id, content })];
    })
    .join('\n');
}

function rowOf(task: Loose, columns: number, now: number): string | null {
  const name = safe(looseText(task.name) ?? looseText(task.type));
  if (name === null) return null;
  const tokens = looseNumber(task.tokenCount, 0, 1e12);
  const window = looseNumber(task.contextWindowSize, 1, 1e12);
  const startedAt = startOf(task.startTime);
  const parts = [
    name,
    safe(modelName(task.model)),
    tokens === null || window === null || tokens > window ? null : percentColumn(Math.round((tokens / window) * 100)),
    tokens === null ? null : tokensShort(tokens),
    startedAt === null || startedAt > now ? null : stretch(now - startedAt),
  ].filter((part) => part !== null);
  const row = fitEnd(parts.join(' · '), Math.floor(columns));
  return row === '' ? null : row;
}

/** `claude-sonnet-5-5-20260101` is `Sonnet 5.5`; an object carries its own name. */
function modelName(model: unknown): string | null {
  const text = looseText(model, 500) ?? looseText(looseObject(model).display_name, 500) ?? looseText(looseObject(model).id, 500);
  const [, family, major, minor] = /^claude-([a-z]+)-(\d{1,2})(?:-(\d{1,2}))?(?:-\d{8})?(?:\[1m\])?$/.exec(text ?? '') ?? [];
  if (family === undefined || major === undefined) return text;
  return `${family[0]!.toUpperCase()}${family.slice(1)} ${major}${minor === undefined ? '' : `.${minor}`}`;
}

/** Epoch ms, epoch s or ISO. */
function startOf(value: unknown): number | null {
  const number = looseNumber(value, 1, 1e14);
  if (number !== null) return number < 1e11 ? number * 1000 : number;
  const parsed = Date.parse(looseText(value, 64) ?? '');
  return Number.isFinite(parsed) ? parsed : null;
}

import { type DecodedLine, decodeLine } from '../transcripts/decode.ts';
import type { TranscriptFile } from '../transcripts/discover.ts';
import { LineSplitter } from '../transcripts/lines.ts';
import { HEAD_BYTES, hashAt, hashOf, TAIL_BYTES } from '../transcripts/read.ts';
import { SeenCollector, type SeenLines } from '../transcripts/seen-lines.ts';
import type { LineFacts, PromptLine, RejectReason, SessionLine, UsageLine } from '../transcripts/types.ts';
import { type FileContext, mergeRequests, type OwnerClaim, type RequestState, requestOf } from '../usage/merge.ts';
import { ContentSum } from './content.ts';
import type { Checkpoint, FilePart, PromptClaim, RejectedLine } from './file-part.ts';
import { compareOrders, type FactOrder, factOrder, learnSession, learnUsage, type SessionFacts, saysSame } from './session-facts.ts';

/** More rejected lines of a stretch are only counted. */
const MAX_REJECTED = 20;

/** What a file's lines say since a checkpoint, gathered into stretches. */
export class PartReader {
  private readonly splitter: LineSplitter;
  private readonly start: number;
  private readonly file: TranscriptFile;
  private readonly size: number;
  private lines: number;
  private malformed: number;
  private tooLong: number;
  private flagged: number;
  private firstAt: number;
  private lastAt: number;
  private session: string | null;
  /** A last line without newline was read. */
  private hasRest = false;
  private taken = 0;
  private position = 0;
  private requests = new Map<string, RequestState>();
  private sessions = new Map<string, SessionFacts>();
  private prompts: PromptClaim[] = [];
  private inherited: [string, string][] = [];
  private rejected: RejectedLine[] = [];
  private readonly content: ContentSum;
  private readonly seen: SeenCollector | null;
  /** Where the head and the bytes before the offset are known without another look at the file: as checked before reading, and the newest chunk. */
  private readonly from: Checkpoint | null;
  private chunk: Buffer | null = null;
  private chunkEnd: number;
  private run: { readonly line: SessionLine; first: FactOrder; last: FactOrder } | null = null;

  constructor(file: TranscriptFile, from: Checkpoint | null, size: number, content: number | null, seen = false) {
    this.content = new ContentSum(content);
    this.seen = seen ? new SeenCollector() : null;
    this.from = from;
    this.file = file;
    this.size = size;
    this.start = from?.offset ?? 0;
    this.lines = from?.lines ?? 0;
    this.malformed = from?.malformed ?? 0;
    this.tooLong = from?.tooLong ?? 0;
    this.flagged = from?.flagged ?? 0;
    this.firstAt = from?.firstAt ?? Number.POSITIVE_INFINITY;
    this.lastAt = from?.lastAt ?? 0;
    this.session = from?.session ?? null;
    this.splitter = new LineSplitter({
      line: (chunk, lineStart, lineEnd) => this.line(chunk, lineStart, lineEnd),
      tooLong: () => {
        this.lines++;
        this.tooLong++;
        this.seen?.giveUp();
        this.reject('too-long');
        this.position = this.start + this.splitter.consumed;
      },
    });
    this.position = this.start;
    this.chunkEnd = this.start;
  }

  get bytes(): number {
    return this.splitter.consumed - this.taken;
  }

  push(chunk: Buffer): void {
    const before = this.splitter.consumed;
    this.splitter.push(chunk);
    this.content.push(chunk, this.splitter.consumed - before);
    this.chunk = chunk;
    this.chunkEnd += chunk.length;
  }

  /** All whole lines of this reading, null when they were not gathered or are too many. */
  seenLines(opened: { readonly ino: number; readonly mtimeMs: number }): SeenLines | null {
    const until = this.start + this.splitter.consumed;
    return this.seen?.take(opened, { from: this.start, until, hasRest: this.hasRest }) ?? null;
  }

  /** A last line without newline counts if it is whole; the checkpoint stays before it, so it is read again and changes nothing then. */
  finish(): void {
    const rest = this.splitter.rest();
    if (rest.length < 2 || rest.length > 16 * 1024 * 1024) return;
    const decoded = decodeLine(rest, 0, rest.length);
    // The checkpoint stays before this line, so what it remembers must not know the line either.
    const { flagged, firstAt, lastAt, session } = this;
    let at = this.position;
    for (const facts of decoded.facts) this.learn(facts, at++);
    this.hasRest = decoded.facts.length > 0;
    Object.assign(this, { flagged, firstAt, lastAt, session });
  }

  /** `last`: the file was read to its end. Before that the size is stored as -1, so that an interrupted reading is seen as unfinished. */
  take(fd: number, last: boolean): FilePart {
    this.endRun();
    const { file } = this;
    const offset = this.start + this.splitter.consumed;
    const headLength = Math.min(HEAD_BYTES, offset);
    const tailLength = Math.min(TAIL_BYTES, offset);
    const headHash = headLength === this.from?.headLength ? this.from.headHash : hashAt(fd, 0, headLength);
    const tailHash = this.tailHash(fd, offset, tailLength);
    const part: FilePart = {
      checkpoint: {
        path: file.path,
        folder: file.folder,
        dev: file.dev,
        ino: file.ino,
        size: last && this.size === file.size ? file.size : -1,
        mtime: file.mtimeMs,
        birth: file.birthtimeMs,
        headHash,
        headLength,
        tailHash,
        tailLength,
        offset,
        content: this.content.value,
        lines: this.lines,
        malformed: this.malformed,
        tooLong: this.tooLong,
        flagged: this.flagged,
        firstAt: this.firstAt === Number.POSITIVE_INFINITY ? null : this.firstAt,
        lastAt: this.lastAt,
        session: this.session,
      },
      requests: [...this.requests.values()],
      sessions: [...this.sessions],
      prompts: this.prompts,
      inherited: this.inherited,
      ...(this.rejected.length === 0 ? {} : { rejected: this.rejected }),
      bytes: this.bytes,
    };
    if (!last) this.begin();
    return part;
  }

  private begin(): void {
    this.taken = this.splitter.consumed;
    this.requests = new Map();
    this.sessions = new Map();
    this.prompts = [];
    this.inherited = [];
    this.rejected = [];
  }

  /** Mostly the bytes are in the chunk that was read last; it holds others as soon as the reader's caller goes on. */
  private tailHash(fd: number, offset: number, length: number): string {
    const { chunk, from } = this;
    this.chunk = null;
    if (offset === from?.offset && length === from.tailLength) return from.tailHash;
    const end = chunk === null ? -1 : chunk.length - (this.chunkEnd - offset);
    return chunk !== null && end >= length ? hashOf(chunk.subarray(end - length, end)) : hashAt(fd, offset - length, length);
  }

  private reject(reason: RejectReason): void {
    if (this.rejected.length < MAX_REJECTED) this.rejected.push({ line: this.lines, reason });
  }

  private line(chunk: Buffer, lineStart: number, lineEnd: number): void {
    this.lines++;
    const decoded: DecodedLine = decodeLine(chunk, lineStart, lineEnd, this.seen?.parsed);
    this.seen?.line(chunk, lineStart, lineEnd, this.start + this.splitter.consumed - 1);
    if (decoded.rejected !== null) {
      this.malformed++;
      this.reject(decoded.rejected);
    }
    let at = this.position;
    // Glued objects share a line; each gets a place of its own behind the one before.
    for (const facts of decoded.facts) this.learn(facts, at++);
    this.position = this.start + this.splitter.consumed;
  }

  private learn(facts: LineFacts, position: number): void {
    const { usage, session, prompt } = facts;
    const at = usage?.at ?? session?.at ?? prompt?.at ?? null;
    if (at !== null) {
      if (this.firstAt === Number.POSITIVE_INFINITY) this.firstAt = at;
      this.lastAt = at;
    }
    if (session) {
      this.session = session.sessionId;
      this.learnSession(session, factOrder(session.sidechain || this.file.isAgent, session.at ?? this.lastAt, position));
    }
    if (usage) this.learnUsage(usage, position);
    if (prompt) this.prompts.push({ uuid: prompt.uuid, at: prompt.at ?? Math.round(this.file.mtimeMs), owner: this.claim(prompt) });
  }

  /** Of a run of lines that say the same of their session only the earliest and the latest can matter. */
  private learnSession(line: SessionLine, order: FactOrder): void {
    const { run } = this;
    if (run !== null && line.isPlain && saysSame(run.line, line)) {
      if (compareOrders(order, run.first) < 0) run.first = order;
      else if (compareOrders(order, run.last) > 0) run.last = order;
      return;
    }
    this.endRun();
    this.run = { line, first: order, last: order };
  }

  private endRun(): void {
    if (this.run === null) return;
    const { line, first, last } = this.run;
    const facts = this.factsOf(line.sessionId);
    learnSession(facts, line, first);
    if (last !== first) learnSession(facts, line, last);
    this.run = null;
  }

  private learnUsage(line: UsageLine, position: number): void {
    // A subagent's file may leave out the mark on its lines: its place says it (rule 14).
    const usage: UsageLine =
      this.file.isAgent && !line.sidechain ? { ...line, sidechain: true, rank: line.rank === 2 ? 1 : line.rank } : line;
    this.flagged += usage.flagged;
    const state = requestOf(usage, this.context(), position);
    const before = this.requests.get(state.key);
    this.requests.set(state.key, before ? mergeRequests(before, state) : state);
    const sessionId = usage.sessionId ?? this.file.sessionFromPath;
    learnUsage(this.factsOf(sessionId), usage, factOrder(usage.sidechain, usage.at ?? this.lastAt, position));
    if (usage.origin !== null && !usage.branched && usage.origin !== sessionId) this.inherited.push([sessionId, usage.key]);
  }

  private factsOf(sessionId: string): SessionFacts {
    let facts = this.sessions.get(sessionId);
    if (!facts) {
      facts = {};
      this.sessions.set(sessionId, facts);
    }
    return facts;
  }

  private context(): FileContext {
    return { sessionFromPath: this.file.sessionFromPath, firstAt: this.firstAt, birth: this.file.birthtimeMs, mtime: this.file.mtimeMs };
  }

  private claim(prompt: PromptLine): OwnerClaim {
    return { sessionId: prompt.sessionId, named: false, fileFirstAt: this.firstAt, fileBirth: Math.round(this.file.birthtimeMs) };
  }
}

import type { LiveQueries, PartView } from './details.ts';
import type { ProjectView, SessionView } from './snapshot.ts';

/** `project-3f9a` of a project's path, `session-1c2d` of a session's id, `branch-…` of a branch (DSH-8): the same on every surface. */
export type Pseudonym = (kind: 'session' | 'project' | 'branch', name: string) => string;

/** The hidden form of each view: an unchanged view stays the same object. */
const HIDDEN = new WeakMap<SessionView, SessionView>();

/** A session without any name of it (LS-27). Tags and note are a person's words about it, targets of tools are names of files. */
export function hiddenSession(view: SessionView, hide: Pseudonym): SessionView {
  const before = HIDDEN.get(view);
  if (before !== undefined) return before;
  const project = hide('project', view.projectPath);
  const hidden: SessionView = {
    ...view,
    name: hide('session', view.id),
    tags: [],
    note: null,
    project,
    projectPath: project,
    cwd: null,
    branch: view.branch === null ? null : hide('branch', view.branch),
    lastAction: view.lastAction === null ? null : { ...view.lastAction, target: null },
  };
  HIDDEN.set(view, hidden);
  return hidden;
}

export function hiddenProject(view: ProjectView, hide: Pseudonym): ProjectView {
  const project = hide('project', view.path);
  return { ...view, name: project, path: project };
}

/** Drill-down and history without names. `rootOf`: project directory of a session; null = unknown. */
export function hiddenQueries(queries: LiveQueries, hide: Pseudonym, rootOf: (sessionId: string) => string | null): LiveQueries {
  const project = (part: PartView): PartView => ({ ...part, id: hide('project', part.id), name: hide('project', part.id) });
  const projectOf = (id: string) => hide('project', rootOf(id) ?? 'unknown');
  return {
    ...queries,
    sessionDetail(id) {
      const detail = queries.sessionDetail(id);
      if (detail === null) return null;
      const own = hide('project', detail.projectPath);
      return {
        ...detail,
        name: hide('session', detail.id),
        title: null,
        tags: [],
        note: null,
        project: own,
        projectPath: own,
        cwd: null,
        branch: detail.branch === null ? null : hide('branch', detail.branch),
        // The folder's name spells the project's path.
        files: detail.files.map((file) => ({ ...file, path: file.path.split(/[/\\]/).at(-1) ?? '' })),
      };
    },
    windowDetail(account, start) {
      const detail = queries.windowDetail(account, start);
      if (detail === null) return null;
      return {
        ...detail,
        sessionParts: detail.sessionParts.map((part) => ({ ...part, name: hide('session', part.id), project: projectOf(part.id) })),
        projectParts: detail.projectParts.map(project),
      };
    },
    projects: (range) => queries.projects(range).map(project),
  };
}

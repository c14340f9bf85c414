import type { ModelFamily } from './types.ts';

/** Haiku models by age: USD per million tokens, vendor's list price; periods are UTC days, `to` exclusive. A past period is never edited; a change closes it and adds a row. */
export const haikuFamilies: readonly ModelFamily[] = [
  {
    family: 'claude-3-haiku',
    displayName: 'Haiku 3',
    contextWindow: 200_000,
    contextWindowMax: 200_000,
    match: [/^(?:[^\s]*[./])?claude-3-haiku(?:-v\d+)?(?:[-@](?:\d{8}|latest|default))?(?:-v\d+)?(?::\d+)?(?:\[1m\])?$/],
    prices: [
      {
        from: null,
        to: null,
        input: 0.25,
        output: 1.25,
        cacheWrite5m: 0.3,
        cacheWrite1h: 0.5,
        cacheRead: 0.03,
        tier: null,
        fastMultiplier: null,
        geoUsMultiplier: null,
      },
    ],
  },
  {
    family: 'claude-3-5-haiku',
    displayName: 'Haiku 3.5',
    contextWindow: 200_000,
    contextWindowMax: 200_000,
    match: [/^(?:[^\s]*[./])?claude-3[-.]5-haiku(?:-v\d+)?(?:[-@](?:\d{8}|latest|default))?(?:-v\d+)?(?::\d+)?(?:\[1m\])?$/],
    prices: [
      {
        from: null,
        to: null,
        input: 0.8,
        output: 4,
        cacheWrite5m: 1,
        cacheWrite1h: 1.6,
        cacheRead: 0.08,
        tier: null,
        fastMultiplier: null,
        geoUsMultiplier: null,
      },
    ],
  },
  {
    family: 'claude-haiku-4-5',
    displayName: 'Haiku 4.5',
    contextWindow: 200_000,
    contextWindowMax: 200_000,
    match: [/^(?:[^\s]*[./])?claude-haiku-4[-.]5(?:-v\d+)?(?:[-@](?:\d{8}|latest|default))?(?:-v\d+)?(?::\d+)?(?:\[1m\])?$/],
    prices: [
      {
        from: null,
        to: null,
        input: 1,
        output: 5,
        cacheWrite5m: 1.25,
        cacheWrite1h: 2,
        cacheRead: 0.1,
        tier: null,
        fastMultiplier: null,
        geoUsMultiplier: null,
      },
    ],
  },
  {
    family: 'claude-haiku-5-5',
    displayName: 'Haiku 5.5',
    contextWindow: 1_000_000,
    contextWindowMax: 1_000_000,
    match: [/^(?:[^\s]*[./])?claude-haiku-5[-.]5(?:-v\d+)?(?:[-@](?:\d{8}|latest|default))?(?:-v\d+)?(?::\d+)?(?:\[1m\])?$/],
    prices: [
      {
        from: null,
        to: null,
        input: 0.1,
        output: 0.5,
        cacheWrite5m: 0.125,
        cacheWrite1h: 0.2,
        cacheRead: 0.01,
        tier: {
          promptTokensOver: 100_000,
          prices: { input: 0.5, output: 2.5, cacheWrite5m: 0.625, cacheWrite1h: 1, cacheRead: 0.05 },
        },
        fastMultiplier: null,
        geoUsMultiplier: 1.1,
      },
    ],
  },
];

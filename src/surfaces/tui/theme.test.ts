import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { contrast, distance } from './testing-colour.ts';
import { lookOf, nearest256, resolveTheme, THEMES } from './theme.ts';

describe('themes, LV-100 and LV-101', () => {
  test.each(Object.entries(THEMES))('%s: every text stands out 4.5:1, also on the chosen row', (_, theme) => {
    for (const colour of [theme.text, ...Object.values(theme.tones)]) {
      for (const background of [theme.background, theme.selection]) expect(contrast(colour, background)).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each([
    ['deutan', 'deutan'],
    ['deutan', 'protan'],
    ['tritan', 'tritan'],
  ] as const)('%s: states keep their distance for %s eyes', (name, eye) => {
    const colours = Object.values(THEMES[name].tones);
    for (const [index, a] of colours.entries())
      for (const b of colours.slice(index + 1)) expect(distance(a, b, eye)).toBeGreaterThanOrEqual(0.13);
  });

  test('auto looks at COLORFGBG, else dark', () => {
    expect([
      resolveTheme('auto', undefined),
      resolveTheme('auto', '15;0'),
      resolveTheme('auto', '0;15'),
      resolveTheme('auto', '0;default;7'),
      resolveTheme('auto', 'x'),
    ]).toEqual(['dark', 'dark', 'light', 'light', 'dark']);
    expect(resolveTheme('tritan', '0;15')).toBe('tritan');
  });

  test('24-bit, 256 and 16 colours; without colour bold, dim and reverse only', () => {
    const tones = ['strong', 'dim', 'attention', 'error', 'working', 'turn', undefined] as const;
    const all = (theme: Parameters<typeof lookOf>[0], depth: Parameters<typeof lookOf>[1]) =>
      tones.flatMap((tone) => [lookOf(theme, depth)(tone, false), lookOf(theme, depth)(tone, true)]);
    expect(lookOf('dark', 16777216)('error', false)).toBe('38;2;255;123;128');
    expect(lookOf('dark', 256)('error', true)).toBe(`38;5;${nearest256('#ff7b80')};48;5;${nearest256('#2b3340')}`);
    expect(lookOf('dark', 16)('error', true)).toBe('31;7');
    for (const look of [...all('mono', 16777216), ...all('dark', 0)]) expect(look).toMatch(/^(?:[127](?:;7)?)?$/);
  });

  test('no colour outside the theme file (LV-100)', () => {
    const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
      (file) => /\.tsx?$/.test(file) && !/theme|test/.test(file),
    );
    expect(
      files.filter((file) =>
        /#[0-9a-f]{6}\b|38;[25];/.test(readFileSync(path.join(import.meta.dirname, file), 'utf8').replaceAll(/\/\^38;.*?\//g, '')),
      ),
    ).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { sessionExport } from './session-export.ts';
import { detail, meta } from './test-rows.ts';

const all = { cost: true };
const entries = detail.entries.map((entry, i) => ({ ...entry, key: `req_${i}` }));
const text = (format: 'json' | 'csv' | 'md', more = {}, options = all) =>
  [...sessionExport(format, { ...detail.row, ...more }, entries, meta, options)].join('');

describe('UR-66 session export', () => {
  test('CSV: RFC 4180, an unknown cost is empty', () => {
    expect(text('csv')).toBe(
      [
        'time,session_id,request_key,account,project,branch,model,main_or_subagent,requests,input_tokens,output_tokens,cache_write_5m_tokens,cache_write_1h_tokens,cache_read_tokens,work_tokens,all_tokens,web_searches,speed,output_is_lower_bound,cost_usd',
        '2026-11-20T10:00:00.000Z,s1,req_0,work,api-server,main,claude-sonnet-4-6,main,1,100,50,1000,2000,0,3150,3150,0,standard,true,0.0168',
        '2026-11-20T11:00:00.000Z,s1,req_1,work,api-server,main,claude-quasar-7,subagent,1,100,50,0,0,0,150,150,0,standard,false,',
        '',
      ].join('\r\n'),
    );
  });
  test('TS-9 text is guarded against formulas, quotes are doubled', () => {
    expect(text('csv', { project: '=1+1', branch: 'a"b,c' })).toContain(`,'=1+1,"a""b,c",`);
  });
  test('JSON: the totals are the sum of the rows', () => {
    const report = JSON.parse(text('json'));
    expect(report.events).toHaveLength(2);
    expect(report.totals).toMatchObject({
      requests: 2,
      all_tokens: 3300,
      cost_usd: 0.0168,
      cost_is_lower_bound: true,
      output_is_lower_bound: true,
    });
    for (const key of ['input_tokens', 'output_tokens', 'work_tokens', 'all_tokens', 'requests']) {
      expect(report.events.reduce((sum: number, row: Record<string, number>) => sum + row[key]!, 0)).toBe(report.totals[key]);
    }
  });
  test('TS-6 Markdown: names are escaped, the last row is the total', () => {
    const lines = text('md', { name: '# <b>*x*</b> | y' }).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^# .*\\<b\\>.*\\\*x/u);
    expect(lines.at(-1)).toMatch(/^\| Total \| .*≥ 0\.0168 \|$/u);
    const columns = lines.slice(4).map((line) => line.replaceAll('\\|', '').split('|').length);
    expect(new Set(columns).size).toBe(1);
  });
  test('UR-30 without cost', () => {
    for (const format of ['json', 'csv', 'md'] as const) expect(text(format, {}, { cost: false })).not.toMatch(/cost|_usd/iu);
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readAptSources } from './apt-sources.ts';

let etc: string;
beforeEach(() => {
  etc = mkdtempSync(join(tmpdir(), 'etc-'));
});
afterEach(() => rmSync(etc, { recursive: true }));

function machine(files: Record<string, string>): Promise<Awaited<ReturnType<typeof readAptSources>>> {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(etc, name)), { recursive: true });
    writeFileSync(join(etc, name), text);
  }
  return readAptSources(etc);
}

const debian = 'ID=debian\nVERSION_CODENAME=bookworm\n';

describe('the mirror to fetch servers from', () => {
  it('is the one in debian.sources, not the security archive or another vendor’s', async () => {
    const source = await machine({
      'os-release': debian,
      'apt/sources.list.d/chrome.list': 'deb [arch=amd64] https://dl.example.com/chrome stable main\n',
      'apt/sources.list.d/debian.sources': [
        'Types: deb\nURIs: http://security.example.org/debian-security\nSuites: bookworm-security\nComponents: main\n',
        '# the mirror\nTypes: deb deb-src\nURIs: http://mirror.example.org/debian\nSuites: bookworm bookworm-updates\nComponents: main contrib\n',
      ].join('\n'),
    });
    expect(source).toMatchObject({ mirror: 'http://mirror.example.org/debian', suite: 'sid' });
    expect(source?.lines).toMatch(/^deb .*http:\/\/mirror\.example\.org\/debian sid main\n$/);
  });

  it('is the one in a classic sources.list', async () => {
    const source = await machine({
      'os-release': debian,
      'apt/sources.list':
        '# deb cdrom:[x]/ bookworm main\ndeb [signed-by=/k.gpg] http://m.example.org/debian bookworm main\n',
    });
    expect(source).toMatchObject({ mirror: 'http://m.example.org/debian', suite: 'sid' });
  });

  it('is Ubuntu’s own, universe included, on Ubuntu', async () => {
    const source = await machine({
      'os-release': 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\nUBUNTU_CODENAME=noble\n',
      'apt/sources.list.d/ubuntu.sources':
        'Types: deb\nURIs: http://archive.example.com/ubuntu/\nSuites: noble noble-updates\nComponents: main universe\n',
    });
    expect(source?.suite).toBeNull();
    expect(source?.lines).toContain('http://archive.example.com/ubuntu/ noble-updates main universe\n');
  });

  it('does not exist elsewhere', async () => {
    expect(await machine({ 'os-release': 'ID=alpine\n' })).toBeNull();
    expect(await machine({ 'os-release': debian })).toBeNull();
  });
});

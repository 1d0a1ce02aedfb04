import type { Bell } from '../domain/ports.ts';
import type { Output } from './terminal.ts';

interface BellParts {
  readonly stdout: Output;
  /** `process`, handed in by the composition root. */
  readonly system: Pick<NodeJS.Process, 'platform'>;
}

/**
 * The bell sounds or flashes as the terminal is set. A notification comes from the terminal itself where it
 * knows the sequence OSC 9 (iTerm2, WezTerm, Windows Terminal, …), and from the desktop's own program; where
 * there is neither, nothing happens.
 */
export function openBell({ stdout, system }: BellParts): Bell {
  return {
    ring(text) {
      if (stdout.isTTY !== true) return;
      const words = text.replaceAll(/[^\p{L}\p{M}\p{N} .,;:’-]/gu, ' ');
      stdout.write(`\u0007\u001b]9;${words}\u0007`);
      void notify(system.platform, words);
    },
  };
}

async function notify(platform: NodeJS.Platform, words: string): Promise<void> {
  const { execa } = await import('execa');
  const options = { reject: false, stdio: 'ignore', timeout: 5_000 } as const;
  if (platform === 'linux') await execa('notify-send', ['--app-name=kata', words], options);
  if (platform === 'darwin') {
    const script = `display notification "${words}" with title "kata"`;
    await execa('osascript', ['-e', script], options);
  }
}

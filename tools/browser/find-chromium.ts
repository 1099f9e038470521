import { existsSync } from 'node:fs';
import path from 'node:path';

/** Path of a Chromium on the PATH; null where there is none. */
export function findChromium(searchPath = process.env['PATH'] ?? ''): string | null {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    for (const folder of searchPath.split(path.delimiter)) {
      const file = path.join(folder, name);
      if (folder !== '' && existsSync(file)) return file;
    }
  }
  return null;
}

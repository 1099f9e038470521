import { Readable } from 'node:stream';
import { EXPORT_FORMATS, type ExportFormat, type FindingExporter } from '@altmap/core';
import { Controller, Get, Inject, Query, StreamableFile } from '@nestjs/common';
import { Takes } from '../http/route-access.ts';
import { FINDING_EXPORTER } from '../tokens.ts';
import { findingFilterOf } from './finding-filter-of.ts';

type QueryParameters = Readonly<Record<string, unknown>>;

/** All findings that meet a filter, as one file. It is made piece by piece while it is sent. */
@Controller('v1')
export class FindingsController {
  readonly #exporter: FindingExporter;

  constructor(@Inject(FINDING_EXPORTER) exporter: FindingExporter) {
    this.#exporter = exporter;
  }

  @Get('findings.csv')
  @Takes('read')
  csv(@Query() query: QueryParameters): Promise<StreamableFile> {
    return this.#file('csv', query);
  }

  @Get('findings.ndjson')
  @Takes('read')
  ndjson(@Query() query: QueryParameters): Promise<StreamableFile> {
    return this.#file('ndjson', query);
  }

  @Get('findings.sarif')
  @Takes('read')
  sarif(@Query() query: QueryParameters): Promise<StreamableFile> {
    return this.#file('sarif', query);
  }

  @Get('findings.junit')
  @Takes('read')
  junit(@Query() query: QueryParameters): Promise<StreamableFile> {
    return this.#file('junit', query);
  }

  async #file(format: ExportFormat, query: QueryParameters): Promise<StreamableFile> {
    const { render, contentType } = EXPORT_FORMATS[format];
    const pieces = this.#exporter.stream(findingFilterOf(query))[Symbol.asyncIterator]();
    // Read before the head is sent: a database that does not answer still gives a problem and its status.
    const first = await pieces.next();
    async function* all(): ReturnType<FindingExporter['stream']> extends AsyncIterable<infer T>
      ? AsyncGenerator<T>
      : never {
      for (let piece = first; piece.done !== true; piece = await pieces.next()) yield piece.value;
    }
    const disposition = `attachment; filename="findings.${format === 'junit' ? 'xml' : format}"`;
    return new StreamableFile(Readable.from(render(all())), { type: contentType, disposition });
  }
}

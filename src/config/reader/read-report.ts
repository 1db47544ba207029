import type { ConfigError } from '#config/config-error.ts';
import type { ConfigDocument } from '#config/document/config-document.ts';

/** Extra facts about a problem: what was written and what was probably meant. */
export interface ProblemDetails {
  readonly value?: string | undefined;
  readonly suggestion?: string | undefined;
}

/** What to do with fields and enum values that the API does not have. */
export type UnknownFields = 'reject' | 'warn' | 'ignore';

/** Collects what is wrong with a document while it is read into messages, with its position. */
export class ReadReport {
  readonly errors: ConfigError[] = [];
  readonly warnings: ConfigError[] = [];
  /** Fields that a misspelt one most likely meant: that they are missing needs no mention. */
  readonly meant: string[] = [];
  readonly duplicateKeys: 'reject' | 'lastWins';
  readonly #positionAt: ConfigDocument['positionAt'];
  readonly #unknownFields: UnknownFields;

  constructor(
    document: Pick<ConfigDocument, 'positionAt' | 'duplicateKeys'>,
    unknownFields: UnknownFields,
  ) {
    this.duplicateKeys = document.duplicateKeys;
    this.#positionAt = document.positionAt;
    this.#unknownFields = unknownFields;
  }

  error(path: string, offset: number, reason: string, details: ProblemDetails = {}): void {
    this.errors.push(this.#problem(path, offset, reason, details));
  }

  warn(path: string, offset: number, reason: string, details: ProblemDetails = {}): void {
    this.warnings.push(this.#problem(path, offset, reason, details));
  }

  /** A field or enum value that the API does not have. */
  unknown(path: string, offset: number, reason: string, details: ProblemDetails): void {
    const found = this.#problem(path, offset, reason, details);
    if (this.#unknownFields === 'reject') this.errors.push(found);
    if (this.#unknownFields === 'warn') {
      this.warnings.push({ ...found, reason: `${reason}; ignored` });
    }
  }

  #problem(path: string, offset: number, reason: string, details: ProblemDetails): ConfigError {
    const position = this.#positionAt(offset);
    return {
      path,
      reason,
      ...(details.value !== undefined && { value: details.value }),
      ...(details.suggestion !== undefined && { suggestion: details.suggestion }),
      ...(position && { position }),
    };
  }
}

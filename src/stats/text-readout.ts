/** A statistic that is a text, such as the version of the last update. Main thread only. */
export class TextReadout {
  /** Full name, which ends with the statistic's own: `cluster_manager.cds.version_text`. */
  readonly name: string;
  #value: string | undefined = undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Empty until it was set. */
  get value(): string {
    return this.#value ?? '';
  }

  get used(): boolean {
    return this.#value !== undefined;
  }

  set(value: string): void {
    this.#value = value;
  }
}

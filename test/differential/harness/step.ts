/** What either end of a scripted connection can do. */
export type Step =
  | { readonly do: 'send'; readonly bytes: string }
  | { readonly do: 'pause'; readonly ms: number }
  /** Sends FIN and goes on reading. */
  | { readonly do: 'halfClose' }
  /** Closes with FIN. */
  | { readonly do: 'close' }
  /** Closes with RST. */
  | { readonly do: 'reset' };

/** Time between the pieces of a message that is sent in pieces: longer than a read, shorter than a timeout. */
const PIECE_PAUSE_MS = 15;

/** Sends exact bytes; every character is one byte (latin1), so `\xff` is the byte 255. */
export function send(bytes: string): Step {
  return { do: 'send', bytes };
}

export function pause(ms: number): Step {
  return { do: 'pause', ms };
}

export const halfClose: Step = { do: 'halfClose' };
export const close: Step = { do: 'close' };
export const reset: Step = { do: 'reset' };

export function inPieces(pieces: readonly string[]): Step[] {
  return pieces.flatMap((piece, index) =>
    index === 0 ? [send(piece)] : [pause(PIECE_PAUSE_MS), send(piece)],
  );
}

import { writeFileSync } from 'node:fs';
import { err, ok, type Result } from '#base/result.ts';
import { type Address, formatAddress } from '#network/address.ts';

/** Writes where the admin server listens to the file of `--admin-address-path`. */
export function writeAdminAddress(path: string, address: Address): Result<void, string> {
  try {
    writeFileSync(path, formatAddress(address));
    return ok(undefined);
  } catch {
    return err(`cannot open admin address output file ${path} for writing.`);
  }
}

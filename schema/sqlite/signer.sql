-- signer.db: the SignerState, kept apart from everything that is backed up (README 2.3).
-- application_id 0x4154_5347 "ATSG". Sections are applied in order; a published section is never changed.

-- version 1

CREATE TABLE held (
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL CHECK (size >= 0),
  root BLOB    NOT NULL CHECK (length(root) = 32),
  note TEXT    NOT NULL
) STRICT;

CREATE TRIGGER held_is_kept       BEFORE DELETE ON held BEGIN SELECT RAISE(ABORT, 'the signer state is never removed'); END;
CREATE TRIGGER held_only_advances BEFORE UPDATE ON held
  WHEN NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'the signer state never goes back'); END;

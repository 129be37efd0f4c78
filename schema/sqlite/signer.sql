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

-- version 2

-- One signer state for each output log (index.md 6). log: 0 components, 1 status, as in ledger.db.
CREATE TABLE held_output (
  log  INTEGER PRIMARY KEY CHECK (log IN (0, 1)),
  size INTEGER NOT NULL CHECK (size >= 0),
  root BLOB    NOT NULL CHECK (length(root) = 32),
  note TEXT    NOT NULL
) STRICT;

CREATE TRIGGER held_output_is_kept       BEFORE DELETE ON held_output BEGIN SELECT RAISE(ABORT, 'the signer state is never removed'); END;
CREATE TRIGGER held_output_only_advances BEFORE UPDATE ON held_output
  WHEN NEW.log <> OLD.log OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'the signer state never goes back'); END;

-- version 3

-- Signer states of the successors' output logs, numbered as in ledger.db.
CREATE TABLE held_output_3 (
  log  INTEGER PRIMARY KEY CHECK (log >= 0),
  size INTEGER NOT NULL CHECK (size >= 0),
  root BLOB    NOT NULL CHECK (length(root) = 32),
  note TEXT    NOT NULL
) STRICT;
INSERT INTO held_output_3 SELECT * FROM held_output;
DROP TABLE held_output;
ALTER TABLE held_output_3 RENAME TO held_output;

CREATE TRIGGER held_output_is_kept       BEFORE DELETE ON held_output BEGIN SELECT RAISE(ABORT, 'the signer state is never removed'); END;
CREATE TRIGGER held_output_only_advances BEFORE UPDATE ON held_output
  WHEN NEW.log <> OLD.log OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root <> OLD.root)
BEGIN SELECT RAISE(ABORT, 'the signer state never goes back'); END;

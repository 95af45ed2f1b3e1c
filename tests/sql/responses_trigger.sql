-- No trigger of a stranger's schema writes through tok_responses. SQLite 3.38 does not look; the
-- host of old versions leaves a file with this command out:
.bail off
CREATE TABLE log(body);
CREATE TRIGGER log_to_ledger AFTER INSERT ON log BEGIN INSERT INTO tok_responses(response) VALUES (NEW.body); END;
INSERT INTO log VALUES ('{"usage":{"prompt_tokens":1}}');

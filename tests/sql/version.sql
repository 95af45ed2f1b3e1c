-- The shell finds the extension, and wrong use is an error in the function's voice.
SELECT tok_version() GLOB '[0-9]*.[0-9]*.[0-9]*';
SELECT typeof(tok_version());
SELECT tok_version(1);
SELECT 'after the error';

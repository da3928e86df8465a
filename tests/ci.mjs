// tests/ci.mjs -- what the schema of GitHub's workflows finds wrong in a file.
//
//	node tests/ci.mjs PACKAGE FILE
//
// PACKAGE is the folder of @action-validator/core.  It prints one line for each
// error, and nothing for a file that is right.
import { readFileSync } from "fs";
import { createRequire } from "module";

const [, , folder, file] = process.argv;
const validator = createRequire(import.meta.url)(folder);
const found = validator.validateWorkflow(readFileSync(file, "utf8"));
for (const error of found.errors)
	console.log(`${error.path ?? ""}: ${error.title ?? error.code}: ` +
		JSON.stringify(error.states ?? error.detail ?? ""));

// tests/older_node.mjs -- what gitlab-ci-local wants of Node 22, for Node 18.
Set.prototype.union ??= function (other) {
	return new Set([...this, ...other]);
};

-- The hashes of nodes of the ledger's tree, in the order asked. Takes levels and positions (int[], bigint[]).
SELECT coalesce(leaf.hash, node.hash) AS hash
FROM unnest(CAST(:levels AS integer[]), CAST(:positions AS bigint[])) WITH ORDINALITY AS asked (level, position, n)
LEFT JOIN public_ledger_entry leaf ON asked.level = 0 AND leaf.n = asked.position
LEFT JOIN ledger_node node ON node.level = asked.level AND node.position = asked.position
ORDER BY asked.n

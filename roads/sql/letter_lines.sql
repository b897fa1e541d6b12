-- The lines that letters tell of, as letters say them: facts as they were frozen, deadlines as they run, what was said and
-- who judged. Takes letter_ids (int[]). A claim's first letter is about every line that was issued with it; others are about
-- what caused them. In order of letter and line.
SELECT
    l.id AS letter_id, n.id AS line_id, n.number, n.facts, n.element, n.safety_by, n.safety_origin, n.rectify_by,
    n.rectify_origin, n.rectify_by_before_winter, n.state, n.round, n.others_cost_tenge,
    safety.legal_basis AS safety_basis, safety.is_confirmed AS safety_confirmed, rectify.legal_basis AS rectify_basis,
    rectify.is_confirmed AS rectify_confirmed, w.months, w.term_origin, w.ends_on, t.legal_basis AS term_basis,
    t.is_confirmed AS term_confirmed, k.stated_term_months, x.name_kk, x.name_ru, x.name_en, e.note, e.reason, e.action,
    r.reported_on, r.judged_on, r.reporter, r.verifier, reporting.name AS reported_by, verifying.name AS verified_by
FROM letter l
JOIN LATERAL (
    SELECT line_id, max(event_id) AS event_id
    FROM letter_cause
    WHERE letter_id = l.id
    GROUP BY line_id
) AS cause ON true
JOIN claim_line n ON n.id = cause.line_id
JOIN contract k ON k.id = n.contract_id
JOIN warranty w ON w.id = n.warranty_id
LEFT JOIN term_rule t ON t.id = w.term_rule_id
LEFT JOIN deadline_rule safety ON safety.id = n.safety_rule_id
LEFT JOIN deadline_rule rectify ON rectify.id = n.rectify_rule_id
LEFT JOIN distress x ON x.code = n.facts -> 'defect' ->> 'distress'
LEFT JOIN claim_event e ON e.id = cause.event_id
LEFT JOIN LATERAL (
    SELECT * FROM repair r WHERE r.line_id = n.id ORDER BY r.id DESC LIMIT 1
) AS r ON true
LEFT JOIN organisation reporting ON reporting.id = r.reporter_organisation_id
LEFT JOIN organisation verifying ON verifying.id = r.verifier_organisation_id
WHERE l.id = ANY (CAST(:letter_ids AS integer[])) AND n.facts IS NOT NULL
ORDER BY l.id, n.number

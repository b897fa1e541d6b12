-- Everything that was ever a cause of liability at one metre for one element, strongest first, as known at a moment.
-- Takes carriageway_ids (one id), at_cm, element, decided_on and known_at. The first row that covers the day is the
-- answer, by the same order as in liability_projection; works accepted without any term come last, to say so.
SELECT *
FROM (
    -- include: causes_at_place
) AS cause
ORDER BY strength, first_by DESC, then_by DESC NULLS LAST, sort_number, contract_id, source_id

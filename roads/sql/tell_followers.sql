-- Writes one mail to each follower who is due, with all that is new to them. Takes what news_for_followers takes, now
-- (moment), zone (name), week_begun (date: the Monday whose letters are due). Gives how many.
WITH due AS MATERIALIZED (
    SELECT s.*, CAST(s.confirmed_at AT TIME ZONE CAST(:zone AS text) AS date) AS followed_from
    FROM subscription s
    WHERE s.confirmed_at IS NOT NULL AND (s.frequency = 'at_once' OR s.told_on < CAST(:week_begun AS date))
    -- Whoever confirms or leaves meanwhile is not written to twice, and not after.
    FOR UPDATE SKIP LOCKED
),
news AS MATERIALIZED (
    -- include: news_for_followers
),
matching AS (
    SELECT s.id AS subscription_id, n.*
    FROM due s
    JOIN news n ON n.road_id = s.road_id
    UNION ALL
    SELECT s.id, n.*
    FROM due s
    JOIN news n ON n.contractor_id = s.contractor_id
    UNION ALL
    SELECT s.id, n.*
    FROM due s
    JOIN report r ON r.id = s.report_id
    JOIN news n ON n.report_id = r.id OR n.defect_id = r.defect_id
    UNION ALL
    -- From the table, whose index finds the few boxes that hold a place.
    SELECT s.id, n.*
    FROM news n
    JOIN subscription g ON g.reach && n.place
    JOIN due s ON s.id = g.id
    WHERE CASE
        WHEN s.area IS NOT NULL THEN ST_Intersects(n.place, s.area)
        ELSE ST_DWithin(n.place::geography, s.around::geography, s.within_m)
    END
),
fresh AS MATERIALIZED (
    SELECT m.*, s.email, s.language
    FROM (
        SELECT DISTINCT ON (f.subscription_id, f.kind, f.thing)
            f.subscription_id, f.kind, f.thing, f.happened_on, f.defect_id, f.contract_id, f.carriageway_id, f.from_cm
        FROM matching f
        ORDER BY f.subscription_id, f.kind, f.thing
    ) AS m
    JOIN due s ON s.id = m.subscription_id
    WHERE (m.happened_on >= s.followed_from OR s.report_id IS NOT NULL)
        AND NOT EXISTS (
            SELECT FROM subscription_told t
            WHERE t.subscription_id = m.subscription_id AND t.kind = m.kind AND t.thing = m.thing
        )
),
mailed AS (
    INSERT INTO notice (kind, channel, subscription_id, address, language, state, next_try_at)
    SELECT DISTINCT 'subscription_news', 'mail', f.subscription_id, f.email, f.language, 'waiting', CAST(:now AS timestamptz)
    FROM fresh f
    RETURNING id, subscription_id
),
told AS (
    INSERT INTO subscription_told (
        subscription_id, kind, thing, happened_on, notice_id, defect_id, contract_id, carriageway_id, from_cm
    )
    SELECT
        f.subscription_id, f.kind, f.thing, f.happened_on, m.id, f.defect_id, f.contract_id, f.carriageway_id, f.from_cm
    FROM fresh f
    JOIN mailed m ON m.subscription_id = f.subscription_id
    RETURNING 1
),
marked AS (
    -- A week without news is told of as well: by silence, until the next.
    UPDATE subscription s
    SET told_on = CAST(:today AS date)
    FROM due
    WHERE s.id = due.id AND s.frequency = 'weekly'
)
SELECT (SELECT count(*) FROM mailed) AS mails, (SELECT count(*) FROM told) AS news

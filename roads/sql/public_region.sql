-- A region by the first two digits of its KATO. Takes id (text).
SELECT kato, name_kk, name_ru, name_en, winter_from, winter_to FROM region WHERE kato = CAST(:id AS text)

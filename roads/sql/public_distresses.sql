-- What types of defect there are, in order of code.
SELECT t.code, t.element, t.name_kk, t.name_ru, t.name_en FROM distress t ORDER BY t.code

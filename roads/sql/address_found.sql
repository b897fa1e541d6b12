-- Whether a notice that had no address could be sent by now. Takes since (date).
SELECT EXISTS (
    -- include: notices_with_address
)

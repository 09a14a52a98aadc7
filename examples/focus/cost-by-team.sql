-- What each team spent on each model. Amounts are decimals in the files, so that sums are exact.
SELECT
    json_extract_string(Tags, '$.team') AS team,
    x_Model AS model,
    sum(ConsumedQuantity) FILTER (WHERE ConsumedUnit = 'Tokens') AS tokens,
    sum(ListCost) AS list_cost,
    sum(EffectiveCost) AS effective_cost
FROM read_parquet('focus/metered/*/*/*.parquet', hive_partitioning = true)
GROUP BY ALL
ORDER BY team, model;

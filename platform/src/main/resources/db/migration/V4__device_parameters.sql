-- How values are decoded, for people who ask in SQL.
CREATE VIEW ${public}device_parameters AS
SELECT id,
       device AS device_id,
       mode AS connector_mode,
       component_type,
       NULLIF(component_id, '') AS component_id,
       encoding AS encoding_type,
       unit AS units,
       scale AS scaling_factor,
       ${created_at} AS created_at
FROM decoding_parameter;

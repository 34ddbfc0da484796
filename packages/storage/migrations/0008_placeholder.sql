-- Placeholder until the feature with this number is merged. Oldest binary that still runs with it: 0.1.0
SELECT 1;

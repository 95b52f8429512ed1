-- The number of the change that brought this version of config.yaml. KEYS: config. ARGV: version.
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then
  redis.call('HSET', KEYS[1], 'version', ARGV[1])
  return redis.call('HINCRBY', KEYS[1], 'number', 1)
end
return tonumber(redis.call('HGET', KEYS[1], 'number'))

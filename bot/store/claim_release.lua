-- Ends a claim whose deploy is over or gone, by its own fencing number. KEYS: claim. ARGV: fence.
if (redis.call('HGET', KEYS[1], 'fence') or '') ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])

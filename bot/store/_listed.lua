-- Lists a new deploy under its service and under its place, for as long as its record lives.
local function listed(list, environment, now, life, id)
  for _, index in ipairs({list, list .. ':' .. environment}) do
    redis.call('ZADD', index, now, id)
    redis.call('ZREMRANGEBYSCORE', index, '-inf', now - life)
  end
end

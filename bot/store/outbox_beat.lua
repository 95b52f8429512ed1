-- I live, and so do my calls. a: sender, lease
--!include _outbox
local all = redis.call('HGETALL', flights)
for i = 1, #all, 2 do
  local f = flight_of(all[i])
  if f and f.sender == a.sender then
    f.til, f.suspect = now + a.lease, nil
    redis.call('HSET', flights, all[i], cjson.encode(f))
  end
end
return 0

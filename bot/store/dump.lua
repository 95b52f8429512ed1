-- The life left (in milliseconds, negative: no end) and the dump of each key. Read only, as of one moment.
local answer = {}
for _, key in ipairs(KEYS) do
  answer[#answer + 1] = redis.call('PTTL', key)
  answer[#answer + 1] = redis.call('DUMP', key)
end
return answer

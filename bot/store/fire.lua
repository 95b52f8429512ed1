-- Move what is due onto the streams. ARGV: now, how many at most. KEYS: PLACES.
-- Answers {how many were moved, when the next one is due ('' for none), errors …}. The row is the truth: a member
-- without one is taken out. A row that cannot be moved goes to the dead letters, so that it stops nothing behind it.
--!include _streams
local now, most = ARGV[1], tonumber(ARGV[2])
local answer = {0, ''}
local first = redis.call('ZRANGE', TIMERS, 0, 0, 'WITHSCORES')
if not first[1] or tonumber(first[2]) > tonumber(now) then return {0, first[2] or ''} end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', TIMERS, '-inf', now, 'LIMIT', 0, most)) do
  local row = redis.call('HGET', ROWS, id)
  redis.call('ZREM', TIMERS, id)
  redis.call('HDEL', ROWS, id)
  if row then
    local host, tries, thing, job = unpack_row(row)
    if host then
      local ok, fault = pcall(enqueue, host, tries, thing, job)
      if not ok then
        local why = type(fault) == 'table' and fault.err or tostring(fault)
        answer[#answer + 1] = id .. ': ' .. why
        bury(why, now, host, tries, thing, job)
      end
    else
      answer[#answer + 1] = id .. ': not written by Grail'
      bury('not written by Grail', now, '', 0, '', row)
    end
    answer[1] = answer[1] + 1
  end
end
answer[2] = redis.call('ZRANGE', TIMERS, 0, 0, 'WITHSCORES')[2] or ''
return answer

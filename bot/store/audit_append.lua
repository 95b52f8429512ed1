-- Appends to the audit, if nobody appended since the head that the hash was reckoned from.
-- KEYS: audit, audit-head
-- ARGV: number and hash of that head, hash of the new entry, then the entry's fields and values
-- Answers {1} or {0, number, hash}: the head as it is now.
local number = tonumber(redis.call('HGET', KEYS[2], 'number') or '0')
local hash = redis.call('HGET', KEYS[2], 'hash') or ''
if number ~= tonumber(ARGV[1]) or hash ~= ARGV[2] then
  return {0, number, hash}
end
local fields = {'hash', ARGV[3]}
for i = 4, #ARGV do
  fields[#fields + 1] = ARGV[i]
end
redis.call('XADD', KEYS[1], (number + 1) .. '-0', unpack(fields))
redis.call('HSET', KEYS[2], 'number', number + 1, 'hash', ARGV[3])
return {1}

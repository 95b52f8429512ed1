-- Some records of deploys, from one on, in the order in which they were asked for.
-- KEYS: a list of deploys, or where there is none, deploy-number: then all of them, by their numbers
-- ARGV: prefix of the records, id to go on from or '' for the newest, 1 for newer ones (else older), how many are looked
-- at, state that is wanted or '', then words of which each has to stand somewhere in the record
-- Answers {id of the last one that was looked at or '', how many were, 1 if there are more beyond it,
-- id, {fields and values}, …}: those that may be wanted, and always the last one
local key = KEYS[1]
local prefix, from, newer, count = ARGV[1], ARGV[2], ARGV[3] == '1', tonumber(ARGV[4])
local ids, more = {}, 0
if redis.call('TYPE', key).ok == 'zset' then
  local size = redis.call('ZCARD', key)
  local rank = from ~= '' and redis.call('ZRANK', key, from) or nil
  local first, last
  if newer then
    first = rank and rank + 1 or 0
    last = math.min(size, first + count) - 1
    more = last < size - 1 and 1 or 0
  else
    last = (from == '' and size or rank or 0) - 1
    first = math.max(0, last - count + 1)
    more = first > 0 and 1 or 0
  end
  if first <= last then
    ids = redis.call('ZRANGE', key, first, last)
  end
else
  local newest = tonumber(redis.call('TYPE', key).ok == 'string' and redis.call('GET', key) or '0') or 0
  local at = from ~= '' and tonumber(string.match(from, '%d+')) or nil
  local first, last
  if newer then
    first = (at or 0) + 1
    last = math.min(newest, first + count - 1)
    more = last < newest and 1 or 0
  else
    last = math.min(newest, (at or newest + 1) - 1)
    first = math.max(1, last - count + 1)
    more = first > 1 and 1 or 0
  end
  for number = first, last do
    ids[#ids + 1] = 'd-' .. number
  end
end
local state = ARGV[5]
local function wanted(row)
  if not row[2] or (state ~= '' and row[1] ~= state) then
    return false
  end
  for place = 6, #ARGV do
    if not string.find(row[2], ARGV[place], 1, true) then
      return false
    end
  end
  return true
end
local plain = state == '' and #ARGV < 6
local answer = {'', #ids, more}
for place = 1, #ids do
  local id = newer and ids[place] or ids[#ids + 1 - place]
  answer[1] = id
  local short = not plain and redis.pcall('HMGET', prefix .. id, 'state', 'record') or {}
  if plain or place == #ids or (not short.err and wanted(short)) then
    local row = redis.pcall('HGETALL', prefix .. id)
    answer[#answer + 1] = id
    answer[#answer + 1] = row.err and {} or row
  end
end
return answer

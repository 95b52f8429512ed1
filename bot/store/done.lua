-- What became of jobs. ARGV: me, now, then 9 of each: stream, entry, fence ('' where it has no thing), outcome, when,
-- host, tries, thing, job.
-- Outcomes: 'done'; 'yielded', done as well, and what waits behind it for the same thing goes to the end of the stream,
-- so that a thing that always has more to do keeps nobody else waiting; 'later', put back for `when`, not counted; 'failed', tried again at `when`, on a thing before
-- anything else; 'dead', to the dead letters, `when` holding the reason.
-- Answers for each: {'run', fence, tries, job} the next one of the same thing, under the same token; {'none'};
-- {'lost'} this worker no longer held it, and nothing was changed; {'wrong'}. A fifth part is an error to report.
--!include _streams
local me, now = ARGV[1], ARGV[2]

local function settle(stream, id, fence, outcome, when, host, tries, thing, job)
  if not owns(stream, id, me) then return {'lost'} end
  if thing ~= '' and redis.call('GET', HOLDING .. thing) ~= fence then return {'lost'} end
  local again = 'again:' .. stream .. ':' .. id .. ':' .. fence
  if outcome == 'dead' then
    bury(when, now, host, tries, thing, job)
  elseif outcome == 'later' then
    set_timer(again, when, pack(host, tries - 1, thing, job))
  elseif outcome == 'failed' and thing == '' then
    set_timer(again, when, pack(host, tries, thing, job))
  elseif outcome == 'failed' then
    set_timer(again, when, pack(host, 0, thing, ''))
    drop(stream, id)
    redis.call('DEL', HOLDING .. thing)
    return {'none'}
  end
  if thing == '' then
    drop(stream, id)
    return {'none'}
  end
  redis.call('LPOP', QUEUE .. thing)
  local row = redis.call('LINDEX', QUEUE .. thing, 0)
  local next_host = row and unpack_row(row)
  if next_host and (outcome == 'yielded' or stream_of(next_host) ~= stream) then
    drop(stream, id)
    redis.call('DEL', HOLDING .. thing)
    enqueue(next_host, 0, thing, '')
    return {'none'}
  end
  return take(stream, id, thing, now)
end

local answers = {}
for i = 3, #ARGV, 9 do
  local ok, answer = pcall(settle, unpack(ARGV, i, i + 8))
  if not ok then
    -- Something of ours is of the wrong type: keep the job where people see it, and go on behind it.
    local why = type(answer) == 'table' and answer.err or tostring(answer)
    ARGV[i + 3], ARGV[i + 4] = 'dead', why
    ok, answer = pcall(settle, unpack(ARGV, i, i + 8))
    if not ok then pcall(drop, ARGV[i], ARGV[i + 1]) end
    if not ok or answer[1] ~= 'run' then answer = {'wrong'} end
    answer[5] = why
    for n = 2, 4 do answer[n] = answer[n] or '' end
  end
  answers[#answers + 1] = answer
end
return answers

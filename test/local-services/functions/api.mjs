/** Answers a proxy event with itself, or with whatever its query asks for. */
export const handler = async (event) => {
  const answers = {
    broken: { nothing: 'of the proxy form' },
    object: { statusCode: 200, body: { an: 'object' } },
    created: { statusCode: 201, headers: { Location: '/jobs/1' }, multiValueHeaders: { 'X-Two': ['a', 'b'] } },
  };
  const wanted = event.queryStringParameters?.answer;
  if (wanted === 'error') throw new Error('it failed');
  return wanted ? answers[wanted] : { statusCode: 200, body: JSON.stringify(event) };
};

import { describeError } from '../../../../shared/adapters/telemetry/powertools-telemetry.ts';
import { InvariantError, PermissionError, TransientError } from '../../../../shared/domain/kernel/errors.ts';

function parsePlanted(): unknown {
  try {
    return JSON.parse('planted') as unknown;
  } catch (error) {
    return error;
  }
}

describe('what is logged of an error', () => {
  it('is message and code where it is one of ours', () => {
    expect(describeError(new PermissionError('iam:GetRole', 'iam:GetRole was refused'))).toEqual({
      name: 'PermissionError',
      message: 'iam:GetRole was refused',
      code: 'permission',
    });
  });

  it('is the place as well where it is our own bug', () => {
    expect(describeError(new InvariantError('state.odd', 'It is odd.'))).toMatchObject({
      code: 'state.odd',
      stack: expect.arrayContaining([expect.stringContaining('error-fields.test.ts')]) as unknown,
    });
  });

  it('is never the message of a foreign error, not even of a cause: it quotes what it choked on', () => {
    const cause = parsePlanted();
    expect(String(cause)).toContain('planted');
    const said = describeError(new TransientError('state.unavailable', 'The table is busy', { cause }));
    expect(said).toMatchObject({ cause: { name: 'SyntaxError', message: '(not shown)' } });
    expect(JSON.stringify(said)).not.toContain('planted');
    expect(JSON.stringify(describeError(cause))).not.toContain('planted');
  });

  it('ends, however long the chain of causes is', () => {
    const circle = new Error('one');
    circle.cause = circle;
    expect(JSON.stringify(describeError(circle)).match(/not shown/g)).toHaveLength(4);
  });

  it.each(['planted', undefined, { secret: 'planted' }])('is nothing of what is no error: %j', (thrown) => {
    expect(JSON.stringify(describeError(thrown))).not.toContain('planted');
  });
});

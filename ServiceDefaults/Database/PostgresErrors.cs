using Npgsql;

namespace ServiceDefaults.Database;

public static class PostgresErrors
{
    /// <summary>True when the server is away, starting or stopping: the statement may be fine, trying later may help.</summary>
    public static bool IsConnectionProblem(this NpgsqlException exception) =>
        exception is not PostgresException postgres
        || postgres.SqlState.StartsWith("08", StringComparison.Ordinal)   // connection exception
        || postgres.SqlState.StartsWith("57P", StringComparison.Ordinal)  // shutdown, crash, cannot connect now
        || postgres.SqlState.StartsWith("53", StringComparison.Ordinal);  // out of connections, disk or memory

    /// <summary>The same for what EF throws, which wraps such an exception once or twice.</summary>
    public static bool IsDatabaseAway(this Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is NpgsqlException npgsql)
                return npgsql.IsConnectionProblem();
        }
        return false;
    }

    /// <summary>True when a text had a character that Postgres can't store: NUL, in <c>text</c> or as an escape in <c>jsonb</c>.</summary>
    public static bool IsInvalidText(this Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is PostgresException postgres)
                return postgres.SqlState is PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter;
        }
        return false;
    }

    public static bool IsUniqueViolation(this Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation }
        || exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
}

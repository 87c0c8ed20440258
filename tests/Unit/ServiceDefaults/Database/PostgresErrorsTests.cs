using Microsoft.EntityFrameworkCore;
using Npgsql;
using NUnit.Framework;
using ServiceDefaults.Database;

namespace Unit.ServiceDefaults.Database;

public class PostgresErrorsTests
{
    [TestCase("22021")]
    [TestCase("22P05")]
    public void Text_that_can_not_be_stored_is_told_apart_also_when_wrapped(string state)
    {
        Assert.That(Error(state).IsInvalidText());
        Assert.That(new DbUpdateException("saving", Error(state)).IsInvalidText());
        Assert.That(Error(state).IsDatabaseAway(), Is.False);
    }

    [TestCase("23505")]
    [TestCase("57P01")]
    public void Other_errors_are_not_the_texts(string state) => Assert.That(Error(state).IsInvalidText(), Is.False);

    private static PostgresException Error(string state) => new("message", "ERROR", "ERROR", state);
}

using NUnit.Framework;
using ServiceDefaults.Paging;
using ServiceDefaults.Problems;

namespace Unit.ServiceDefaults.Paging;

public sealed class PagesTests
{
    [TestCase(null, 50)]
    [TestCase(1, 1)]
    [TestCase(200, 200)]
    public void A_page_is_as_large_as_asked_for(int? limit, int size) => Assert.That(Pages.SizeOf(limit), Is.EqualTo(size));

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(201)]
    public void A_limit_out_of_range_is_400(int limit) => Assert.That(
        () => Pages.SizeOf(limit), Throws.TypeOf<ProblemException>().With.Property(nameof(ProblemException.Status)).EqualTo(400).And.Property(nameof(ProblemException.Field)).EqualTo("limit"));
}

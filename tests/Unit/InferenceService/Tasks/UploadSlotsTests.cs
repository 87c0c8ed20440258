using InferenceService.Tasks;
using Intake;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.InferenceService.Tasks;

public class UploadSlotsTests
{
    private UploadSlots slots = null!;

    [SetUp]
    public void Half_is_one_callers()
    {
        slots = new UploadSlots(new TaskOptions { MaxUploads = 5 });
        slots.Take("greedy");
        slots.Take("greedy");
    }

    [Test]
    public void One_caller_has_half_of_them_and_others_have_the_rest()
    {
        Assert.That(() => slots.Take("greedy"), Refused(429));
        slots.Take("second");
        slots.Take("second");
        slots.Take("third");
        Assert.That(() => slots.Take("fourth"), Refused(503));
    }

    [Test]
    public void A_slot_given_back_is_free_again()
    {
        var giveBack = slots.Take("second");
        slots.Take("second");
        Assert.That(() => slots.Take("second"), Refused(429));

        giveBack();

        Assert.That(() => slots.Take("second"), Throws.Nothing);
    }

    [Test]
    public void A_single_slot_is_for_anybody()
    {
        var single = new UploadSlots(new TaskOptions { MaxUploads = 1 });
        single.Take("first")();

        single.Take("second");

        Assert.That(() => single.Take("first"), Refused(503));
    }

    private static NUnit.Framework.Constraints.IResolveConstraint Refused(int status) =>
        Throws.InstanceOf<ProblemException>().With.Property("Status").EqualTo(status).And.Message.Contains("Tasks:MaxUploads");
}

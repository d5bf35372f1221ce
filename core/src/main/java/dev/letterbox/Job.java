package dev.letterbox;

/**
 * Is one request, with all that it takes to answer it.
 *
 * @param request what is asked
 * @param serviceName which service is asked
 * @param service that service
 * @param client where the answer goes
 * @param format how it looks
 * @param allowed how many bytes the client takes before it says more
 */
record Job(
        Request request,
        String serviceName,
        Service service,
        Route.ToClient client,
        ResponseFormat format,
        long allowed) {
    /** The same client, told that there is no content. */
    Job refusal(FailureKind kind, String text) {
        Service refusing = new Service() {
            @Override
            public Content open(Request any) throws ServiceException {
                throw new ServiceException(kind, text);
            }

            @Override
            public String describe(Request any) {
                return service.describe(any);
            }
        };
        return new Job(request, serviceName, refusing, client, format, Exchange.UNLIMITED);
    }
}
